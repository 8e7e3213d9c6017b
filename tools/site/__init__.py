"""The documentation's site: ``make docs``.

``pages`` lays the repository's pages out as the site has them, ``reference`` writes those that are
made from the code, and ``__main__`` has mkdocs build both, strictly.
"""
