{{/* The variable of a setting: metering.whenFailing.do is TOLLGATE_METERING_WHEN_FAILING_DO. */}}
{{- define "tollgate.variable" -}}
TOLLGATE_{{ regexReplaceAll "([A-Z])" . "_${1}" | replace "." "_" | upper }}
{{- end -}}

{{/* Environment of the agent. */}}
{{- define "tollgate.environment" -}}
- name: POD_UID
  valueFrom:
    fieldRef:
      fieldPath: metadata.uid
{{- with .values.awsRegion }}
- name: AWS_REGION
  value: {{ . | quote }}
{{- end }}
{{- with .values.proxy.httpsProxy }}
- name: HTTPS_PROXY
  value: {{ . | quote }}
{{- end }}
{{- with .values.proxy.noProxy }}
- name: NO_PROXY
  value: {{ . | quote }}
{{- end }}
{{- if .values.extraCa.configMap }}
- name: NODE_EXTRA_CA_CERTS
  value: /etc/tollgate-ca/{{ .values.extraCa.key }}
{{- end }}
{{- $settings := deepCopy (.values.settings | default dict) }}
{{- if .values.logLevel }}{{- $_ := set $settings "log.level" .values.logLevel }}{{- end }}
{{- range $path, $value := $settings }}
- name: {{ include "tollgate.variable" $path }}
  value: {{ toString $value | quote }}
{{- end }}
{{- with .values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Environment of the product's container: where it reports usage and asks for its verdict. */}}
{{- define "tollgate.appEnv" -}}
{{- $listen := include "tollgate.setting" (merge (dict "path" "door.listen" "otherwise" "127.0.0.1:8787") .) -}}
- name: TOLLGATE_URL
  value: {{ ternary $listen (printf "http://%s" $listen) (hasPrefix "unix:" $listen) | quote }}
{{- end -}}
