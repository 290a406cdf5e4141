{{/*
registry/repository:tag. AWS Marketplace may write the registry and the tag into the repository when it moves images to
a buyer's Region: what stands there already is not said twice.
*/}}
{{- define "tollgate.image" -}}
{{- $repository := .values.image.repository -}}
{{- $first := splitList "/" $repository | first -}}
{{- $hasRegistry := and (contains "/" $repository) (or (contains "." $first) (contains ":" $first) (eq $first "localhost")) -}}
{{- if and .values.image.registry (not $hasRegistry) -}}
{{- $repository = printf "%s/%s" (trimSuffix "/" .values.image.registry) $repository -}}
{{- end -}}
{{- if or (contains "@" $repository) (contains ":" (splitList "/" $repository | last)) -}}
{{- $repository -}}
{{- else -}}
{{- printf "%s:%s" $repository .values.image.tag -}}
{{- end -}}
{{- end -}}
