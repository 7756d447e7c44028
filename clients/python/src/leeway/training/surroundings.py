"""With what a model was trained: the commit of the code, Python, and the libraries that were in use."""

from __future__ import annotations

import platform
import subprocess
import sys
from importlib import metadata
from typing import Dict, Mapping, Optional

# Set by CI systems, so that no checkout is needed.
_COMMIT_VARIABLES = ("LEEWAY_CODE_COMMIT", "GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT", "BUILD_SOURCEVERSION")
_LIBRARIES = {
    "sklearn": "scikit-learn",
    "xgboost": "xgboost",
    "lightgbm": "lightgbm",
    "torch": "torch",
    "tensorflow": "tensorflow",
    "numpy": "numpy",
    "pandas": "pandas",
    "pyarrow": "pyarrow",
    "onnx": "onnx",
    "skl2onnx": "skl2onnx",
    "mlflow": "mlflow",
}


def code_commit(environment: Mapping[str, str]) -> Optional[str]:
    """The commit of the code, from a variable of the CI system or from the checkout that we work in; None elsewhere."""
    for name in _COMMIT_VARIABLES:
        if environment.get(name):
            return environment[name]
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5, check=True, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return found.stdout.strip() or None


def libraries() -> Dict[str, str]:
    """Python and the versions of the libraries that are imported."""
    found = {"python": platform.python_version()}
    for module, package in _LIBRARIES.items():
        if module not in sys.modules:
            continue
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found
