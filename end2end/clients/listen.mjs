// Prints the events of a stream as they come, a line each: revision and type. Ends with the key.
import { EventSource } from 'eventsource';

const { COOP_URL, COOP_KEY, COOP_SINCE } = process.env;
const types = [
  'RESERVED', 'UNRESERVED', 'RESERVATION_EXPIRED', 'RESERVATION_RENEWED', 'RESOURCE_REGISTERED', 'RESOURCE_DELETED',
];
const stream = new EventSource(`${COOP_URL}/api/v1/events?lastEventId=${COOP_SINCE}`, {
  fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, 'X-Api-Key': COOP_KEY } }),
});
for (const type of types) {
  stream.addEventListener(type, (event) => console.log(`${event.lastEventId} ${type}`));
}
stream.addEventListener('CREDENTIAL_REVOKED', (event) => {
  console.log(`revoked ${JSON.parse(event.data).code}`);
  stream.close();
});
