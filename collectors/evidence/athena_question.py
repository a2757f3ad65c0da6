"""The one question that Athena is asked, in its own dialect (Trino): PutEvents calls as sums by the hour, by the rules of `put_events`.

Of a session only the role is left before anything is grouped; keys, addresses and event bodies are never selected.
"""

RESULT = (
    *("hour", "account", "region", "action", "identity_type", "identity_arn", "identity_account", "via"),
    *("bus_arn", "source", "detail_type", "events", "failed", "first_seen", "last_seen"),
    *("other_version", "no_record", "no_entries", "no_type", "untold"),
)
"""Columns of the answer. The last five count what was left out, or not told, as `put_events` does."""

QUESTION = r"""
WITH records AS (
  SELECT
    eventid,
    eventtime,
    eventname,
    awsregion AS region,
    coalesce(NULLIF(recipientaccountid, ''), NULLIF(useridentity.accountid, '')) AS account,
    useridentity.type AS identity_type,
    NULLIF(useridentity.accountid, '') AS identity_account,
    NULLIF(useridentity.invokedby, '') AS via,
    coalesce(NULLIF(useridentity.sessioncontext.sessionissuer.arn, ''), NULLIF(useridentity.arn, '')) AS caller,
    coalesce(errorcode, '') <> '' AS refused,
    TRY_CAST(json_extract(requestparameters, '$.entries') AS ARRAY(JSON)) AS asked,
    TRY_CAST(json_extract(responseelements, '$.entries') AS ARRAY(JSON)) AS answers,
    CASE
      WHEN regexp_like(json_format(json_extract(responseelements, '$.failedEntryCount')), '^-?\d{{1,18}}$')
        THEN TRY_CAST(json_extract_scalar(responseelements, '$.failedEntryCount') AS BIGINT)
    END AS failed_count,
    coalesce(eventversion, '') <> '' AND substr(eventversion, 1, 2) <> '1.' AS is_other,
    regexp_like(coalesce(eventtime, ''), '^\d{{4}}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$')
      AND TRY_CAST(substr(eventtime, 1, 10) AS DATE) IS NOT NULL AS is_dated
  FROM {table}
  WHERE {partitions}
    AND eventsource = 'events.amazonaws.com'
    AND eventname IN ('PutEvents', 'PutPartnerEvents')
),
calls AS (
  SELECT
    *,
    coalesce(cardinality(asked), 0) AS size,
    coalesce(cardinality(answers), 0) AS answered,
    coalesce(cardinality(filter(answers, one -> json_format(json_extract(one, '$.errorCode')) LIKE '"_%"')), 0) AS coded,
    coalesce(cardinality(filter(answers, one -> json_format(json_extract(one, '$.eventId')) LIKE '"_%"')), 0) AS named,
    NOT is_other AND coalesce(eventid, '') <> '' AND is_dated AND coalesce(region, '') <> ''
      AND account IS NOT NULL AS is_record,
    CASE
      WHEN regexp_like(caller, '^([^:]*:){{5}}assumed-role(/.*)?$') THEN concat(
        regexp_extract(caller, '^[^:]*:[^:]*:'), 'iam::',
        coalesce(regexp_extract(caller, '^([^:]*:){{4}}([^:]*):', 2), ''), ':role/',
        coalesce(regexp_extract(caller, '^([^:]*:){{5}}assumed-role/([^/]*)', 2), '')
      )
      WHEN regexp_like(caller, '^([^:]*:){{5}}(role|user|root)(/.*)?$') THEN caller
    END AS identity_arn
  FROM records
  WHERE NOT is_dated OR (eventtime >= {since} AND eventtime < {until})
),
numbered AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY eventid, substr(eventtime, 1, 13) ORDER BY NOT is_record, size = 0, eventtime) AS copy
  FROM calls
),
entries AS (
  SELECT
    numbered.*,
    CASE
      WHEN json_format(json_extract(element_at(asked, nth), '$.source')) LIKE '"_%"'
        THEN json_extract_scalar(element_at(asked, nth), '$.source')
    END AS source,
    CASE
      WHEN json_format(json_extract(element_at(asked, nth), '$.detailType')) LIKE '"_%"'
        THEN json_extract_scalar(element_at(asked, nth), '$.detailType')
    END AS detail_type,
    CASE
      WHEN json_format(json_extract(element_at(asked, nth), '$.eventBusName')) LIKE '"_%"'
        THEN json_extract_scalar(element_at(asked, nth), '$.eventBusName')
    END AS bus,
    CASE
      WHEN refused THEN TRUE
      WHEN failed_count = 0 THEN FALSE
      WHEN failed_count = size THEN TRUE
      WHEN answered <> size THEN FALSE
      WHEN failed_count IS NULL OR failed_count = coded
        THEN coalesce(json_format(json_extract(element_at(answers, nth), '$.errorCode')) LIKE '"_%"', FALSE)
      WHEN failed_count = size - named
        THEN NOT coalesce(json_format(json_extract(element_at(answers, nth), '$.eventId')) LIKE '"_%"', FALSE)
      ELSE FALSE
    END AS is_failed,
    nth
  FROM numbered
  CROSS JOIN UNNEST(sequence(1, greatest(size, 1))) AS places (nth)
  WHERE copy = 1 OR coalesce(eventid, '') = ''
),
told AS (
  SELECT
    *,
    is_record AND size > 0 AND source IS NOT NULL AND detail_type IS NOT NULL AS is_told
  FROM entries
),
rows_of_entries AS (
  SELECT
    CASE WHEN is_told THEN substr(eventtime, 1, 13) END AS hour,
    CASE WHEN is_told THEN account END AS account,
    CASE WHEN is_told THEN region END AS region,
    CASE WHEN is_told THEN eventname END AS action,
    CASE WHEN is_told THEN identity_type END AS identity_type,
    CASE WHEN is_told THEN identity_arn END AS identity_arn,
    CASE WHEN is_told THEN identity_account END AS identity_account,
    CASE WHEN is_told THEN via END AS via,
    CASE
      WHEN NOT is_told THEN NULL
      WHEN eventname = 'PutPartnerEvents' THEN concat({aws}, region, '::event-source/', source)
      WHEN regexp_like(bus, '^arn:([^:]*:){{4}}') THEN bus
      ELSE concat({aws}, region, ':', account, ':event-bus/', coalesce(bus, 'default'))
    END AS bus_arn,
    CASE WHEN is_told THEN source END AS source,
    CASE WHEN is_told THEN detail_type END AS detail_type,
    CASE WHEN is_told THEN eventtime END AS seen,
    CASE WHEN is_told AND NOT is_failed THEN 1 ELSE 0 END AS accepted,
    CASE WHEN is_told AND is_failed THEN 1 ELSE 0 END AS rejected,
    CASE WHEN is_other AND nth = 1 THEN 1 ELSE 0 END AS other_version,
    CASE WHEN NOT is_record AND NOT is_other AND nth = 1 THEN 1 ELSE 0 END AS no_record,
    CASE WHEN is_record AND size = 0 THEN 1 ELSE 0 END AS no_entries,
    CASE WHEN is_record AND size > 0 AND NOT is_told THEN 1 ELSE 0 END AS no_type,
    CASE
      WHEN is_record AND size > 0 AND nth = 1 AND NOT refused AND coalesce(failed_count NOT IN (0, size), TRUE) AND (
        (answered <> size AND (answered > 0 OR failed_count IS NOT NULL))
        OR (answered = size AND failed_count NOT IN (coded, size - named))
      ) THEN 1
      ELSE 0
    END AS untold
  FROM told
)
SELECT
  hour, account, region, action, identity_type, identity_arn, identity_account, via, bus_arn, source, detail_type,
  sum(accepted) AS events,
  sum(rejected) AS failed,
  min(seen) AS first_seen,
  max(seen) AS last_seen,
  sum(other_version) AS other_version,
  sum(no_record) AS no_record,
  sum(no_entries) AS no_entries,
  sum(no_type) AS no_type,
  sum(untold) AS untold
FROM rows_of_entries
GROUP BY hour, account, region, action, identity_type, identity_arn, identity_account, via, bus_arn, source, detail_type
"""
