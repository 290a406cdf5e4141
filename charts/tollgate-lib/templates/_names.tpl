{{/*
Name of what belongs to a release: the release's, and "tollgate" unless it says so already. Room is left for suffixes.
Every template here takes (dict "root" $ "values" VALUES), VALUES as in values.yaml.
*/}}
{{- define "tollgate.fullname" -}}
{{- $name := .values.nameOverride | default "tollgate" -}}
{{- if .values.fullnameOverride -}}
{{- .values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains $name .root.Release.Name -}}
{{- .root.Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .root.Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* The same with a suffix (also "suffix"), never longer than a label may be. */}}
{{- define "tollgate.componentName" -}}
{{- $room := int (sub 62 (len .suffix)) -}}
{{- printf "%s-%s" (include "tollgate.fullname" . | trunc $room | trimSuffix "-") .suffix -}}
{{- end -}}

{{/* Labels that select, which never change. */}}
{{- define "tollgate.selectorLabels" -}}
app.kubernetes.io/name: {{ .values.nameOverride | default "tollgate" | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .root.Release.Name | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{/* All labels. managed-by is a literal, since an add-on may use no field of Release but Name and Namespace. */}}
{{- define "tollgate.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "tollgate.selectorLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | default .root.Chart.Version | replace "+" "_" | trunc 63 | quote }}
app.kubernetes.io/component: metering
app.kubernetes.io/part-of: {{ .root.Release.Name | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/managed-by: Helm
{{- with .values.additionalLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The account that the pod runs under: ours, or the one that AWS Marketplace's launch has made. */}}
{{- define "tollgate.serviceAccountName" -}}
{{- include "tollgate.validate" . -}}
{{- .values.serviceAccount.name | default (include "tollgate.fullname" .) -}}
{{- end -}}

{{/* The metadata of an object ("name", "annotations" beside the values' own). */}}
{{- define "tollgate.metadata" -}}
name: {{ .name }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- merge (include "tollgate.labels" . | fromYaml) (.labels | default dict) | toYaml | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) (.values.additionalAnnotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
