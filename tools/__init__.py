"""Tools of the checkout: set-up, static checks and the audit of dependencies."""
