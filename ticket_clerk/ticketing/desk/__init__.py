"""The operators' desk: accounts, logins, acts that are written down, and what its pages show.

Nothing here moves money or seats: that is done by the services that the API and the commands call.
"""
