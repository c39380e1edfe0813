/**
 * What the reorder-service shows the ingest-service for a person whose session it has just checked: a JWT like an access
 * token, for this audience, that ends soon. A person's own access token opens nothing there, so that whoever is shut out at
 * the reorder-service is out everywhere (ADR 0049).
 */
export const TELEMETRY_AUDIENCE = 'shelfwire-telemetry';

/** Long enough for the clocks of two hosts to differ, too short to be worth taking. */
export const TELEMETRY_TOKEN_SECONDS = 60;
