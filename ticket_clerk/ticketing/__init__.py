"""The core: orders, seats, money and notifications. Knows nothing of Rasa's dialogue or HTTP."""
