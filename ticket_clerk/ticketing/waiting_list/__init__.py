"""The waiting list: seats that come free are held for whoever has waited longest."""
