# shellcheck shell=bash
# MY-APP | logio HOST PORT APP [PROC]: passes on standard input, and publishes each line to a hub.
logio() (
  set +e; trap '' PIPE; exec 3>&-; next=0 lost=0
  quoted() { local v=${1//[[:cntrl:]\[\]]/}; v=${v//\\/\\\\}; printf '"%s"' "${v//\"/\\\"}"; }
  topic="{\"app\":$(quoted "$3"),\"proc\":$(quoted "${4-}"),\"host\":$(quoted "$HOSTNAME")"
  connect() { ((SECONDS >= next)) && next=$((SECONDS + 5)) && exec 3>"/dev/tcp/$1/$2"; }
  while IFS= read -r line || [ -n "$line" ]; do
    printf '%s\n' "$line"; printf '%s\n' "$line" >&3 && continue
    connect "$1" "$2" || { lost=$((lost + 1)); continue; }
    printf '%s,"format":"lines"}\n' "$topic" >&3; ((lost)) && echo "$lost lines were lost" >&3
    printf '%s\n' "$line" >&3; lost=0
  done 2>/dev/null
)
