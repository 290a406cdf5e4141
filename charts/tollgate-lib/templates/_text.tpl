{{/* A map (also "map") as YAML without what is null: null takes a default away, also where Helm hands it on. */}}
{{- define "tollgate.yaml" -}}
{{- $kept := dict -}}
{{- range $key, $value := .map -}}
{{- if kindIs "map" $value -}}
{{- $_ := set $kept $key (include "tollgate.yaml" (dict "map" $value) | fromYaml) -}}
{{- else if not (kindIs "invalid" $value) -}}
{{- $_ := set $kept $key $value -}}
{{- end -}}
{{- end -}}
{{- toYaml $kept -}}
{{- end -}}

{{/* The whole seconds of a length of time like 1h30m, rounded up. */}}
{{- define "tollgate.seconds" -}}
{{- $millis := 0 -}}
{{- $units := dict "h" 3600000 "m" 60000 "s" 1000 "ms" 1 -}}
{{- range regexFindAll "[0-9]+(ms|h|m|s)" . -1 -}}
{{- $millis = add $millis (mul (regexFind "^[0-9]+" .) (get $units (regexFind "[a-z]+$" .))) -}}
{{- end -}}
{{- div (add $millis 999) 1000 -}}
{{- end -}}
