{{/* The name of the ConfigMap that holds the configuration; empty when the image brings its own. */}}
{{- define "tollgate.configName" -}}
{{- if .values.existingConfigMap -}}
{{- tpl .values.existingConfigMap .root -}}
{{- else if or .values.config .values.configFile -}}
{{- include "tollgate.componentName" (merge (dict "suffix" "config") .) -}}
{{- end -}}
{{- end -}}

{{/*
The text of tollgate.yaml: the file of the chart as it is, or the values; nothing where the chart does not know it. "standard" (optional) is what a kind of workload
needs and the values may say otherwise.
*/}}
{{- define "tollgate.configText" -}}
{{- if .values.existingConfigMap -}}
{{- else if .values.configFile -}}
{{- .root.Files.Get .values.configFile -}}
{{- else if .values.config -}}
{{- mergeOverwrite (deepCopy (.standard | default dict)) (deepCopy .values.config) | toYaml -}}
{{- end -}}
{{- end -}}

{{/* The value in force of a setting ("path", like shutdown.grace; "otherwise" where nobody says): what a buyer sets goes first. */}}
{{- define "tollgate.setting" -}}
{{- $node := include "tollgate.configText" . | fromYaml -}}
{{- range splitList "." .path -}}
{{- $node = ternary (get ($node | default dict) .) nil (kindIs "map" $node) -}}
{{- end -}}
{{- $said := get (.values.settings | default dict) .path -}}
{{- if and (eq .path "log.level") .values.logLevel -}}{{- $said = .values.logLevel -}}{{- end -}}
{{- ternary $node $said (eq (toString $said) "") | default .otherwise -}}
{{- end -}}

{{/* The port of an address ("path", "otherwise"). */}}
{{- define "tollgate.port" -}}
{{- $listen := include "tollgate.setting" . -}}
{{- if or (hasPrefix "unix:" $listen) (not (regexMatch ":[0-9]+$" $listen)) -}}
{{- fail (printf "[ERROR] %s is %q: write an address with a port, like 0.0.0.0:8788, since probes and Services come in by it" .path $listen) -}}
{{- end -}}
{{- regexFind "[0-9]+$" $listen -}}
{{- end -}}

{{- define "tollgate.healthPort" -}}
{{- include "tollgate.port" (merge (dict "path" "health.listen" "otherwise" "0.0.0.0:8788") .) -}}
{{- end -}}

{{/* The ConfigMap with tollgate.yaml, and the files that it names. Prints nothing when there is none to make. */}}
{{- define "tollgate.configMap" -}}
{{- include "tollgate.validate" . -}}
{{- if and (include "tollgate.configName" .) (not .values.existingConfigMap) -}}
{{- $root := .root -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "tollgate.metadata" (merge (dict "name" (include "tollgate.configName" .)) .) | nindent 2 }}
data:
  tollgate.yaml: |
    {{- include "tollgate.configText" . | nindent 4 }}
  {{- range .values.keyFiles }}
  {{ base . }}: |
    {{- $root.Files.Get . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* Annotations of the pod template: pods begin anew when the configuration changes. */}}
{{- define "tollgate.podAnnotations" -}}
{{- if include "tollgate.configMap" . -}}
checksum/tollgate-config: {{ include "tollgate.configMap" . | sha256sum }}
{{- end -}}
{{- end -}}
