{{/*
What runs: by process its port, how it is asked whether it lives, and which secrets it gets. A probe
asks the process alone: one that depended on Stripe or Rasa would keep webhooks out while they are
away, and what is stored is never lost.
*/}}
{{- define "clerk.processes" -}}
rasa:
  port: 5005
  # Listens only once the model is loaded; /status wants the token, which no manifest may show.
  liveness: {httpGet: {path: /, port: http}, timeoutSeconds: 5}
  readiness: {exec: {command: [python, -I, /opt/healthcheck.py, "5005", /status]}, timeoutSeconds: 5}
  secrets: [DATABASE_URL, TRACKER_DB, REDIS_URL, RASA_TOKEN, ACTION_SERVER_TOKEN, REST_TOKEN]
  optionalSecrets: [CALLBACK_URL, SLACK_BOT_TOKEN, SLACK_SIGNING_SECRET, TELEGRAM_ACCESS_TOKEN, TELEGRAM_SECRET_TOKEN, TELEGRAM_BOT_USERNAME, TELEGRAM_WEBHOOK_URL, TELEGRAM_PROVIDER_TOKEN]
actions:
  port: 5055
  liveness: &health {httpGet: {path: /health, port: http}, timeoutSeconds: 5}
  readiness: *health
  catalog: true
  secrets: [DATABASE_URL, TRACKER_DB, REDIS_URL, RASA_TOKEN, ACTION_SERVER_TOKEN, PAYMENTS_API_TOKEN, TICKETS_SIGNING_KEY, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET]
  optionalSecrets: &options [ADMIN_PASSWORD_HASH, OPERATOR_WEBHOOK_URL, LLM_API_BASE, LLM_API_KEY, LLM_MODEL, SMTP_HOST, SMTP_PORT, SMTP_USER, SMTP_PASSWORD, SMTP_FROM, SMTP_SECURITY, STRIPE_API_BASE]
payments:
  port: 8000
  liveness: *health
  readiness: *health
  catalog: true
  secrets: &service [DATABASE_URL, TRACKER_DB, REDIS_URL, RASA_TOKEN, PAYMENTS_API_TOKEN, TICKETS_SIGNING_KEY, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET]
  optionalSecrets: *options
worker:
  port: 8001
  liveness: *health
  readiness: *health
  catalog: true
  secrets: *service
  optionalSecrets: *options
{{- end }}
