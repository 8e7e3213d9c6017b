"""What deploy/ promises, as far as it can be tried without a container engine or a cluster."""
