"""The virtual environment with the programs to compare with, the random models, and calls of either side."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SHARED = ROOT.parent / "shared"
# GCC lets these win over -march=native, which the build asks for, wherever they stand.
NO_AMX = "-mno-amx-int8 -mno-amx-tile -mno-amx-bf16"


class Environment:
    def __init__(self, folder, packages, cli):
        self.folder = pathlib.Path(folder).resolve()
        self.cli = pathlib.Path(cli).resolve()
        if not self.cli.exists():
            raise SystemExit(f"{self.cli} is not there; build it first: installer/bootstrap.sh test")
        self.folder.mkdir(parents=True, exist_ok=True)
        self.python = self.folder / "venv" / "bin" / "python"
        if not self.python.exists():
            venv.create(self.folder / "venv", with_pip=True)
        # llama-cpp-python is compiled here, for this processor; that takes some ten minutes on two cores.
        self._run([self.python, "-m", "pip", "install", "--quiet", *packages])
        if "llama-cpp-python" in packages:
            self._check_llama_cpp()

    def _check_llama_cpp(self):
        """llama.cpp's own AMX code ends with SIGILL on some virtual machines; built without it, it runs."""
        try:
            model = self.random_gguf("rwkv7", 2, 256, "q8_0")
            self.other("llama-speed", model, 64, 4, 1)
            return
        except subprocess.CalledProcessError as error:
            if error.returncode != -signal.SIGILL:
                raise
        print("llama.cpp ended with SIGILL here, as its AMX code does on virtual machines; it is built again without AMX,", NO_AMX,
              flush=True)
        self._run([self.python, "-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps", "--no-cache-dir", "--no-binary",
                   "llama-cpp-python", "llama-cpp-python"],
                  env={**os.environ, "CFLAGS": NO_AMX, "CXXFLAGS": NO_AMX})
        self.other("llama-speed", model, 64, 4, 1)

    @staticmethod
    def _run(command, **options):
        return subprocess.run([str(part) for part in command], check=True, **options)

    def inkgate(self, *arguments):
        done = self._run([self.cli, *arguments, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return json.loads(done.stdout)

    def other(self, *arguments):
        done = self._run([self.python, HERE / "others.py", *arguments], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return json.loads(done.stdout.splitlines()[-1])

    def random_gguf(self, arch, layers, width, kind):
        path = self.folder / f"{arch}-{layers}x{width}-{kind}.gguf"
        if not path.exists():
            unfinished = path.with_suffix(".new")
            self._run([self.python, SHARED / "tools" / "make_random_gguf.py", unfinished, "--arch", arch, "--layers", layers,
                       "--dim", width, "--type", kind, "--vocab-file", SHARED / "data" / "rwkv_vocab_v20230424.txt"],
                      stdout=subprocess.DEVNULL)
            os.replace(unfinished, path)
        return path

    def again_in_venv(self, script):
        """Scripts that need numpy go on in the environment's interpreter."""
        if pathlib.Path(sys.prefix).resolve() != self.folder / "venv":
            os.execv(self.python, [str(self.python), script, *sys.argv[1:]])
