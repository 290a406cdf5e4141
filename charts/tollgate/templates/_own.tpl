{{/* What a pod of its own needs of the configuration, unless the values say otherwise: a door that other pods reach, by a token. */}}
{{- define "tollgate.ownStandard" -}}
door:
  listen: 0.0.0.0:8787
  tokenFile: {{ include "tollgate.tokenFile" . }}
{{- if .values.standby.enabled }}
standby:
  lease: {{ include "tollgate.componentName" (merge (dict "suffix" "reporter") .) }}
{{- end }}
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
{{- if .values.standby.enabled -}}
{{- if .values.persistence.existingClaim -}}
{{- fail "[ERROR] standby.enabled and persistence.existingClaim: two replicas cannot share one ledger; each has its own, on an emptyDir. Keep one of them" -}}
{{- end -}}
{{- if eq (include "tollgate.setting" (merge (dict "path" "metering.onShutdown" "otherwise" "send") .)) "keep" -}}
{{- fail "[ERROR] standby.enabled and config.metering.onShutdown: keep: what a replica keeps dies with its emptyDir. Write onShutdown: send" -}}
{{- end -}}
{{- if .values.podDisruptionBudget.enabled -}}
{{- fail "[ERROR] standby.enabled and podDisruptionBudget.enabled: only the replica that counts is ready, so that its node could never be drained. Keep one of them" -}}
{{- end -}}
{{- else if include "tollgate.setting" (merge (dict "path" "standby.lease" "otherwise" "") .) -}}
{{- fail "[ERROR] config.standby.lease is set and standby.enabled is not: without it there is one replica, and no right to the Lease" -}}
{{- end -}}
{{- end -}}

{{/* The Lease by which a replica is elected. */}}
{{- define "tollgate.leaseName" -}}
{{- include "tollgate.setting" (merge (dict "path" "standby.lease" "otherwise" (include "tollgate.componentName" (merge (dict "suffix" "reporter") .))) .) -}}
{{- end -}}

{{/* Whether the ledger is on a claim: "true" or nothing. Replicas have one each, for which a Deployment has no claims. */}}
{{- define "tollgate.hasClaim" -}}
{{- if and .values.persistence.enabled (not .values.standby.enabled) -}}true{{- end -}}
{{- end -}}

{{- define "tollgate.ownContainer" -}}
{{- $door := include "tollgate.port" (merge (dict "path" "door.listen" "otherwise" "0.0.0.0:8787") .) -}}
- name: tollgate
  {{- include "tollgate.container" (merge (dict "arguments" (list "run") "state" true "mounts" (include "tollgate.doorVolumeMounts" . | fromYamlArray)) .) | nindent 2 }}
  {{- include "tollgate.probes" (merge (dict "gate" true "readiness" true "doorPort" $door) .) | nindent 2 }}
{{- end -}}

{{- define "tollgate.ownVolumes" -}}
{{- $claim := ternary (include "tollgate.claimName" .) "" (eq (include "tollgate.hasClaim" .) "true") -}}
{{- include "tollgate.volumes" (merge (dict "claim" $claim) .) | trim }}
{{ include "tollgate.doorVolumes" . }}
{{- end -}}
