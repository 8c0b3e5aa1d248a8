"""What the package's own script 'chroma' runs, without importing the client, which takes seconds."""
import sys

import chromadb_rust_bindings

chromadb_rust_bindings.cli(["chroma", *sys.argv[1:]])
