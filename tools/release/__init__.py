"""A release: ``make release`` puts all that one publishes into ``dist/``.

``changelog`` says whether there is anything to release, ``bill_of_materials`` what ships and under
which licences, and ``__main__`` makes the files.
"""
