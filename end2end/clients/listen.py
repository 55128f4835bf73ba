"""Prints the events of a stream as they come, a line each: revision and type. Ends with the key."""
import json
import os
import time

import requests
import sseclient

url = os.environ["COOP_URL"] + "/api/v1/events"
last_id = os.environ["COOP_SINCE"]
while True:
    headers = {"X-Api-Key": os.environ["COOP_KEY"], "Last-Event-ID": last_id}
    try:
        response = requests.get(url, headers=headers, stream=True, timeout=(5, 60))
        response.raise_for_status()
        for event in sseclient.SSEClient(response).events():
            if event.event == "CREDENTIAL_REVOKED":
                print("revoked", json.loads(event.data)["code"], flush=True)
                raise SystemExit
            last_id = event.id or last_id
            print(last_id, event.event, flush=True)
    except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        pass
    time.sleep(0.2)
