#!/usr/bin/env bash
# Prints the events of a stream as they come, a line each: revision and type. Ends with the key.
set -uo pipefail
last_id=$COOP_SINCE
while true; do
  while read -r field value; do
    case $field in
      id:) last_id=$value ;;
      event:) type=$value ;;
      data:)
        if [[ $type == CREDENTIAL_REVOKED ]]; then
          echo "revoked $(jq -r .code <<<"$value")"
          exit
        fi
        echo "$last_id $type"
        ;;
    esac
  done < <(curl -sSN "$COOP_URL/api/v1/events" -H "X-Api-Key: $COOP_KEY" -H "Last-Event-ID: $last_id" 2>/dev/null)
  sleep 0.2
done
