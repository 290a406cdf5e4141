{{/* What a pod of its own needs of the configuration, unless the values say otherwise: a door that other pods reach, by a token. */}}
{{- define "tollgate.ownStandard" -}}
door:
  listen: 0.0.0.0:8787
  tokenFile: {{ include "tollgate.tokenFile" . }}
{{- end -}}

{{- define "tollgate.tokenFile" -}}/etc/tollgate-door/{{ .values.doorToken.key }}{{- end -}}

{{- define "tollgate.tokenSecret" -}}
{{- .values.doorToken.existingSecret | default (include "tollgate.componentName" (merge (dict "suffix" "door-token") .)) -}}
{{- end -}}

{{- define "tollgate.claimName" -}}
{{- .values.persistence.existingClaim | default (include "tollgate.componentName" (merge (dict "suffix" "ledger") .)) -}}
{{- end -}}

{{/* What holds of this chart beside what holds of all workloads. */}}
{{- define "tollgate.validateOwn" -}}
{{- include "tollgate.validate" . -}}
{{- $pricing := include "tollgate.setting" (merge (dict "path" "product.pricing" "otherwise" "usage") .) -}}
{{- if has $pricing (list "hourly" "monthly") -}}
{{- fail (printf "[ERROR] config.product.pricing is %s: RegisterUsage bills the pod that calls it, and this one would bill itself. Put tollgate.initContainer of the chart tollgate-lib into the product's own pods" $pricing) -}}
{{- end -}}
{{- end -}}

{{- define "tollgate.ownContainer" -}}
{{- $door := include "tollgate.port" (merge (dict "path" "door.listen" "otherwise" "0.0.0.0:8787") .) -}}
- name: tollgate
  {{- include "tollgate.container" (merge (dict "arguments" (list "run") "state" true "mounts" (include "tollgate.doorVolumeMounts" . | fromYamlArray)) .) | nindent 2 }}
  {{- include "tollgate.probes" (merge (dict "gate" true "readiness" true "doorPort" $door) .) | nindent 2 }}
{{- end -}}

{{- define "tollgate.ownVolumes" -}}
{{- $claim := ternary (include "tollgate.claimName" .) "" .values.persistence.enabled -}}
{{- include "tollgate.volumes" (merge (dict "claim" $claim) .) | trim }}
{{ include "tollgate.doorVolumes" . }}
{{- end -}}
