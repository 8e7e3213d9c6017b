"""The socket.io channel."""
