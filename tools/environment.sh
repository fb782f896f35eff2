# Shared by the tools: makes .venv and keeps it as the requirement files say.
# To be sourced by bash; it changes to the repository's root.

cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The first Python that is new enough; $PYTHON names another one.
find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "Python 3.11 or newer is needed; PYTHON=/path/to/python3 names one." >&2
  return 1
}

make_venv() {
  local python
  python=$(find_python)
  echo "Making .venv with $python"
  if ! "$python" -m venv --clear .venv; then
    echo "$python cannot make a virtual environment; Debian has this in python3-venv." >&2
    return 1
  fi
  # Python's own may be years old, and takes twice as long for what follows.
  pip_install pip==26.3
}

# pip_install ARGUMENTS...: nothing is compiled beforehand, as Python does so with what is used.
pip_install() {
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-compile "$@"
}

# make_environment requirements.txt: does nothing when .venv holds what the files ask for.
make_environment() {
  local requirements=$1 wanted stamp
  stamp=.venv/.installed-$requirements
  # The development requirements include the others.
  if [ "$requirements" = requirements.txt ]; then
    wanted=$(cksum requirements.txt)
  else
    wanted=$(cksum requirements.txt "$requirements")
  fi
  .venv/bin/python -c '' 2>/dev/null || make_venv
  if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    echo "Installing $requirements"
    pip_install --requirement "$requirements"
    echo "$wanted" >"$stamp"
  fi
}
