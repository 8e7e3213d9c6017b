"""Every channel, notification and presence: delivered once, in its conversation."""
