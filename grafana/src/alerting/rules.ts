import type { AlertRule } from './alert-rule.ts';
import { CENTRE_RULES } from './centre-rules.ts';
import { GATEWAY_RULES } from './gateway-rules.ts';
import { ORDER_RULES } from './order-rules.ts';
import { SHELF_RULES } from './shelf-rules.ts';

/** Every alert that Grafana raises. */
export const ALERT_RULES: readonly AlertRule[] = [...SHELF_RULES, ...GATEWAY_RULES, ...CENTRE_RULES, ...ORDER_RULES];
