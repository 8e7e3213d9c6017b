"""Starts, trains, shows and examines the clerk: what the Makefile's commands run.

One file a job: ``envfile`` and ``environment`` (settings), ``train``, ``parts`` (which programs
there are), ``process`` and ``ward`` (one program), ``supervisor`` (all of them), ``shell``,
``demo``, ``doctor``, ``check``. It knows the parts by their commands and HTTP addresses; of the
product's code it imports the settings, and the doctor what the settings make.
"""
