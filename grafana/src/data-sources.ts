/** Where the dashboards read from. The uids are fixed by provisioning, so that the JSON fits every installation. */
export const INFLUXDB = { type: 'influxdb', uid: 'shelfwire-influxdb' } as const;
export const POSTGRESQL = { type: 'grafana-postgresql-datasource', uid: 'shelfwire-postgresql' } as const;
export const PROMETHEUS = { type: 'prometheus', uid: 'shelfwire-prometheus' } as const;

/**
 * `provisioning/datasources/shelfwire.yaml`. Addresses and secrets come from Grafana's environment; the compose file
 * sets them. The same files serve the Grafana of one tenant's operators: with their bucket, their token, their login. InfluxDB 2.x answers InfluxQL with the bucket as database and the token in a header (facts about the parts).
 */
export function dataSourcesFile(): object {
  const common = { access: 'proxy', editable: false, orgId: 1 };
  return {
    apiVersion: 1,
    prune: true,
    datasources: [
      {
        name: 'Shelfwire telemetry',
        ...INFLUXDB,
        ...common,
        url: '${INFLUXDB_URL}',
        isDefault: true,
        jsonData: {
          version: 'InfluxQL',
          dbName: '${INFLUXDB_BUCKET}',
          httpMode: 'POST',
          httpHeaderName1: 'Authorization',
        },
        secureJsonData: { httpHeaderValue1: 'Token ${INFLUXDB_TOKEN}' },
      },
      {
        name: 'Shelfwire records',
        ...POSTGRESQL,
        ...common,
        url: '${POSTGRES_HOST}',
        user: '${POSTGRES_USER}',
        jsonData: {
          database: '${POSTGRES_DATABASE}',
          sslmode: '${POSTGRES_SSLMODE}',
          postgresVersion: 1500,
          maxOpenConns: 10,
          maxIdleConns: 2,
          connMaxLifetime: 3_600,
        },
        secureJsonData: { password: '${POSTGRES_PASSWORD}' },
      },
      {
        name: 'Shelfwire services',
        ...PROMETHEUS,
        ...common,
        url: '${PROMETHEUS_URL}',
        jsonData: { httpMethod: 'POST', timeInterval: '15s' },
      },
    ],
  };
}

export function dashboardProvidersFile(): object {
  return {
    apiVersion: 1,
    providers: [
      {
        name: 'Shelfwire',
        orgId: 1,
        folder: 'Shelfwire',
        folderUid: 'shelfwire',
        type: 'file',
        // The files are generated and committed: what is changed in the browser would be lost with the next start.
        allowUiUpdates: false,
        disableDeletion: true,
        updateIntervalSeconds: 30,
        options: { path: '/var/lib/grafana/dashboards' },
      },
    ],
  };
}
