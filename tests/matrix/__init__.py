"""Every channel times every piece of news times where the buyer is: told once, in its place."""
