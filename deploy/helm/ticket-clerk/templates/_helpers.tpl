{{/* Names, labels and what all pods have in common. */}}

{{- define "clerk.name" -}}
{{- if contains "ticket-clerk" .Release.Name }}{{ .Release.Name | trunc 50 | trimSuffix "-" }}{{ else }}{{ printf "%s-ticket-clerk" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "clerk.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: ticket-clerk
{{- end }}

{{/* Of one process: (list $ "rasa") */}}
{{- define "clerk.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: ticket-clerk
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "clerk.image" -}}
{{- $root := index . 0 -}}{{- $process := index . 1 -}}
{{- $name := printf "%s/ticket-clerk-%s" $root.Values.image.registry $process -}}
{{- with get $root.Values.image.digests $process -}}
{{ $name }}@{{ . }}
{{- else -}}
{{ $name }}:{{ default $root.Chart.AppVersion $root.Values.image.tag }}
{{- end -}}
{{- end }}

{{- define "clerk.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "clerk.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "clerk.hasShows" -}}
{{- if or .Values.shows .Values.existingShowsConfigMap }}yes{{ end -}}
{{- end }}

{{/* What is no secret; deploy/compose.yml says the same. */}}
{{- define "clerk.settings" -}}
{{- $name := include "clerk.name" . -}}
ACTIONS_URL: {{ printf "http://%s-actions:5055" $name }}
CHAT_URL: {{ printf "https://%s/webhooks/web" .Values.domain }}
CLERK_LANGUAGE: {{ .Values.language }}
PUBLIC_URL: {{ printf "https://%s" .Values.domain }}
RASA_URL: {{ printf "http://%s-rasa:5005" $name }}
{{- if include "clerk.hasShows" . }}
SHOWS_FILE: /etc/ticket-clerk/shows.yml
{{- end }}
TRUSTED_PROXIES: {{ .Values.trustedProxies | quote }}
{{- end }}

{{/* Environment of one process: (list $ "rasa" $facts) */}}
{{- define "clerk.environment" -}}
{{- $root := index . 0 -}}{{- $facts := index . 2 -}}
{{- range $name, $value := merge (deepCopy $root.Values.settings) (include "clerk.settings" $root | fromYaml) }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- range $facts.secrets }}
- name: {{ . }}
  valueFrom: {secretKeyRef: {name: {{ $root.Values.existingSecret }}, key: {{ . }}}}
{{- end }}
{{- range $facts.optionalSecrets }}
- name: {{ . }}
  valueFrom: {secretKeyRef: {name: {{ $root.Values.existingSecret }}, key: {{ . }}, optional: true}}
{{- end }}
{{- end }}
