"""Call one function of a module and print what it returns: ``python -m benchmarks.once MODULE FUNCTION JSON …``."""

import importlib
import json
import sys

if __name__ == "__main__":
    module, name, *given = sys.argv[1:]
    done = getattr(importlib.import_module(module), name)
    sys.stdout.write("\n" + json.dumps(done(*map(json.loads, given))) + "\n")
