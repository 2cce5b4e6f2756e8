"""Checks that a fenced block of a document is valid: shell, Python, settings, JSON, HTTP."""

import ast
import importlib
import json
import re
import subprocess
import tomllib
from typing import Any

import yaml

from idp.settings import SettingsFault, load_settings
from tests.command_lines import command_fault, commands_of
from tests.documents import is_route, resolves


def block_fault(language: str, block: str) -> str:
    """Why a fenced block cannot be run; empty where it can."""
    if language in ("sh", "console"):
        return _shell_fault(block)
    if language == "python":
        return _python_fault(block)
    if language == "toml":
        try:
            load_settings(None, {}, {**tomllib.loads(block), "server": _of_a_demonstration(block)})
        except (tomllib.TOMLDecodeError, SettingsFault) as fault:
            return str(fault)
        return ""
    if language == "json":
        try:
            json.loads(block)
        except ValueError as fault:
            return str(fault)
        return ""
    if language == "yaml":
        try:
            yaml.safe_load(block)
        except yaml.YAMLError as fault:
            return str(fault)
        return ""
    if language == "http":
        asked = block.splitlines()[0]
        return "" if is_route(asked) else f"{asked} is answered by nobody"
    return "" if language in ("", "mermaid") else f"nobody knows how to judge {language}"


def _of_a_demonstration(block: str) -> dict[str, Any]:
    """The settings of a block, completed to a valid configuration."""
    return {**tomllib.loads(block).get("server", {}), "mode": "development"}


def _shell_fault(block: str) -> str:
    parsed = subprocess.run(["sh", "-n"], input=block, capture_output=True, text=True, check=False)
    if parsed.returncode:
        return parsed.stderr
    faults = [fault for words in commands_of(block) if (fault := command_fault(words))]
    targets = [target.strip() for target in re.findall(r"^make [a-z-]+", block, flags=re.MULTILINE)]
    faults += [f"there is no {target}" for target in targets if not resolves(target)]
    return "; ".join(faults)


def _python_fault(block: str) -> str:
    try:
        tree = ast.parse(block)
    except SyntaxError as fault:
        return str(fault)
    for node in ast.walk(tree):
        try:
            if isinstance(node, ast.Import):
                for name in node.names:
                    importlib.import_module(name.name)
            elif isinstance(node, ast.ImportFrom):
                module = importlib.import_module(str(node.module))
                for name in node.names:
                    getattr(module, name.name)
        except (ImportError, AttributeError) as fault:
            return str(fault)
    return ""
