{{/* Stops the render with words where values cannot be together. Every workload includes it. Prints nothing. */}}
{{- define "tollgate.validate" -}}
{{- $values := .values -}}
{{- $root := .root -}}
{{- if contains "${" $values.serviceAccount.name -}}
{{- fail (printf "[ERROR] serviceAccount.name is still %q: AWS Marketplace's launch fills it in; elsewhere write the name of a service account" $values.serviceAccount.name) -}}
{{- end -}}
{{- if and (not $values.serviceAccount.create) (not $values.serviceAccount.name) -}}
{{- fail "[ERROR] serviceAccount.create is false and serviceAccount.name is empty: name the service account that carries the role" -}}
{{- end -}}
{{- if and $values.config $values.configFile -}}
{{- fail "[ERROR] config and configFile both say what the configuration is: keep one of them" -}}
{{- end -}}
{{- range concat (ternary (list $values.configFile) list (not (empty $values.configFile))) ($values.keyFiles | default list) -}}
{{- if not ($root.Files.Get .) -}}
{{- fail (printf "[ERROR] %s is not in the chart, or empty: put it beside Chart.yaml, and keep .helmignore from leaving it out" .) -}}
{{- end -}}
{{- end -}}
{{- $config := include "tollgate.configText" . | fromYaml -}}
{{- if hasKey $config "Error" -}}
{{- fail (printf "[ERROR] the configuration cannot be read: %s" $config.Error) -}}
{{- end -}}
{{- $settings := keys ($values.settings | default dict) -}}
{{- if $values.logLevel -}}{{- $settings = append $settings "log.level" -}}{{- end -}}
{{- if and $config (ne (toString (get $config "sealed")) "false") -}}
{{- $allowed := get $config "buyerMay" | default list -}}
{{- range $settings | sortAlpha -}}
{{- if not (has . $allowed) -}}
{{- fail (printf "[ERROR] %s is set, and the configuration is sealed without it: add it to buyerMay (%s) or take it away" . (join ", " $allowed | default "empty")) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
