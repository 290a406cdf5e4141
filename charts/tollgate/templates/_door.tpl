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

{{/* An item of initContainers of the product's pods that ends when the pod of Tollgate has its grant. */}}
{{- define "tollgate.doorGate" -}}
- name: tollgate-gate
  image: {{ include "tollgate.image" . | quote }}
  imagePullPolicy: {{ .values.image.pullPolicy }}
  args:
    - gate
    - wait
  env:
    {{- include "tollgate.doorEnv" . | nindent 4 }}
  volumeMounts:
    {{- include "tollgate.doorVolumeMounts" . | nindent 4 }}
  resources:
    {{- include "tollgate.yaml" (dict "map" .values.resources) | nindent 4 }}
  securityContext:
    {{- include "tollgate.yaml" (dict "map" .values.securityContext) | nindent 4 }}
  terminationMessagePolicy: FallbackToLogsOnError
{{- end -}}
