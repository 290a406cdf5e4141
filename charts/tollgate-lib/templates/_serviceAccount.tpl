{{/* The ServiceAccount; nothing when somebody else has made it. */}}
{{- define "tollgate.serviceAccount" -}}
{{- include "tollgate.validate" . -}}
{{- if .values.serviceAccount.create -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "tollgate.serviceAccountName" . }}
  namespace: {{ .root.Release.Namespace }}
  labels:
    {{- include "tollgate.labels" . | nindent 4 }}
  {{- with merge (dict) (.values.serviceAccount.annotations | default dict) (.values.additionalAnnotations | default dict) }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end -}}
{{- end -}}
