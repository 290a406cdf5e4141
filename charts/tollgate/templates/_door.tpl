{{/*
For the product's pods, in a chart that has this one as its sub-chart, with (dict "root" $ "values" .Values.tollgate): where
usage is reported, and the token that goes with it.
*/}}
{{- define "tollgate.doorEnv" -}}
- name: TOLLGATE_URL
  value: http://{{ include "tollgate.fullname" . }}:{{ .values.service.port }}
- name: TOLLGATE_TOKEN_FILE
  value: {{ include "tollgate.tokenFile" . }}
{{- end -}}

{{- define "tollgate.doorVolumeMounts" -}}
- name: tollgate-door-token
  mountPath: /etc/tollgate-door
  readOnly: true
{{- end -}}

{{- define "tollgate.doorVolumes" -}}
- name: tollgate-door-token
  secret:
    secretName: {{ include "tollgate.tokenSecret" . }}
{{- end -}}
