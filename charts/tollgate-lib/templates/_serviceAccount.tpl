{{/* The ServiceAccount; nothing when somebody else has made it. */}}
{{- define "tollgate.serviceAccount" -}}
{{- include "tollgate.validate" . -}}
{{- if .values.serviceAccount.create -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "tollgate.metadata" (merge (dict "name" (include "tollgate.serviceAccountName" .) "annotations" .values.serviceAccount.annotations) .) | nindent 2 }}
automountServiceAccountToken: false
{{- end -}}
{{- end -}}
