import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import { METRICS, type MetricName } from '../metrics.ts';

type NameOf<Type extends 'counter' | 'gauge' | 'histogram'> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[MetricName];
type LabelOf<Name extends MetricName> = (typeof METRICS)[Name]['labelNames'][number];

const SECONDS_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];

interface MetricSettings {
  name: string;
  help: string;
  labelNames: string[];
  registers: Registry[];
}

/** The metrics of one process. A metric is made at its first use, from its definition in the contract. */
export class ServiceMetrics {
  readonly registry = new Registry();
  readonly #made = new Map<MetricName, Counter | Gauge | Histogram>();

  constructor(options: { collectDefaults?: boolean } = {}) {
    if (options.collectDefaults ?? true) collectDefaultMetrics({ register: this.registry });
  }

  /** @param beforeRead brings it up to date: what happens very often is counted in a number of one's own, at no cost */
  counter<Name extends NameOf<'counter'>>(
    name: Name,
    beforeRead?: (counter: Counter<LabelOf<Name>>) => void,
  ): Counter<LabelOf<Name>> {
    const make = (settings: MetricSettings): Counter => {
      const counter: Counter = new Counter({
        ...settings,
        ...(beforeRead && { collect: () => beforeRead(counter) }),
      });
      return counter;
    };
    return this.#make(name, make) as Counter<LabelOf<Name>>;
  }

  gauge<Name extends NameOf<'gauge'>>(name: Name): Gauge<LabelOf<Name>> {
    return this.#make(name, (settings) => new Gauge(settings)) as Gauge<LabelOf<Name>>;
  }

  histogram<Name extends NameOf<'histogram'>>(name: Name): Histogram<LabelOf<Name>> {
    return this.#make(name, (settings) => new Histogram({ ...settings, buckets: SECONDS_BUCKETS })) as Histogram<
      LabelOf<Name>
    >;
  }

  #make(
    name: MetricName,
    construct: (settings: MetricSettings) => Counter | Gauge | Histogram,
  ): Counter | Gauge | Histogram {
    let metric = this.#made.get(name);
    if (!metric) {
      const { help, labelNames } = METRICS[name];
      metric = construct({ name, help, labelNames: [...labelNames], registers: [this.registry] });
      this.#made.set(name, metric);
    }
    return metric;
  }
}
