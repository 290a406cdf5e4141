{{/* Where the ledger is. */}}
{{- define "tollgate.ledgerDirectory" -}}
{{- include "tollgate.setting" (merge (dict "path" "ledger.directory" "otherwise" "/var/lib/tollgate") .) -}}
{{- end -}}

{{- define "tollgate.volumeMounts" -}}
{{- if .state -}}
- name: tollgate-state
  mountPath: {{ include "tollgate.ledgerDirectory" . }}
{{- end }}
{{- if include "tollgate.configName" . }}
- name: tollgate-config
  mountPath: /etc/tollgate
  readOnly: true
{{- end }}
{{- if .values.extraCa.configMap }}
- name: tollgate-ca
  mountPath: /etc/tollgate-ca
  readOnly: true
{{- end }}
{{- with .mounts }}
{{ toYaml . }}
{{- end }}
{{- with .values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The pod's volumes. "state": false leaves out the ledger's, which tollgate.initContainer alone does not need; "claim" names a claim for it. */}}
{{- define "tollgate.volumes" -}}
{{- include "tollgate.validate" . -}}
{{- if ne (toString .state) "false" }}
- name: tollgate-state
  {{- if .claim }}
  persistentVolumeClaim:
    claimName: {{ .claim }}
  {{- else }}
  emptyDir:
    sizeLimit: {{ .values.state.sizeLimit }}
  {{- end }}
{{- end }}
{{- with include "tollgate.configName" . }}
- name: tollgate-config
  configMap:
    name: {{ . }}
{{- end }}
{{- if .values.extraCa.configMap }}
- name: tollgate-ca
  configMap:
    name: {{ .values.extraCa.configMap }}
{{- end }}
{{- with .values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
