{{/* What all containers of Tollgate have in common ("arguments"; "state": it keeps a ledger). */}}
{{- define "tollgate.container" -}}
image: {{ include "tollgate.image" . | quote }}
imagePullPolicy: {{ .values.image.pullPolicy }}
args:
  {{- toYaml .arguments | nindent 2 }}
env:
  {{- include "tollgate.environment" . | nindent 2 }}
{{- with .values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "tollgate.volumeMounts" . | trim }}
volumeMounts:
  {{- . | nindent 2 }}
{{- end }}
resources:
  {{- include "tollgate.yaml" (dict "map" .values.resources) | nindent 2 }}
securityContext:
  {{- include "tollgate.yaml" (dict "map" .values.securityContext) | nindent 2 }}
terminationMessagePolicy: FallbackToLogsOnError
{{- end -}}

{{/* Probes of an agent that stays; the startup probe waits longer than the gate's patience, so that the agent itself says why. */}}
{{- define "tollgate.probes" -}}
ports:
  - name: tollgate-health
    containerPort: {{ include "tollgate.healthPort" . }}
    protocol: TCP
  {{- with .doorPort }}
  - name: tollgate-door
    containerPort: {{ . }}
    protocol: TCP
  {{- end }}
{{- if .gate }}
startupProbe:
  httpGet:
    path: /startz
    port: tollgate-health
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: {{ div (add (include "tollgate.seconds" (include "tollgate.setting" (merge (dict "path" "gate.patience" "otherwise" "30m") .))) 61) 2 }}
{{- end }}
livenessProbe:
  httpGet:
    path: /healthz
    port: tollgate-health
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- if .readiness }}
readinessProbe:
  httpGet:
    path: /readyz
    port: tollgate-health
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 3
{{- end }}
{{- end -}}

{{/* Whether the configuration lets trouble with AWS take the pod out of service. */}}
{{- define "tollgate.mayUnready" -}}
{{- if eq (include "tollgate.setting" (merge (dict "path" "metering.whenFailing.do" "otherwise" "warn") .)) "readiness" -}}true{{- end -}}
{{- end -}}

{{/* "true" where the cluster has native sidecars (Kubernetes 1.29), whatever a provider writes behind its version. */}}
{{- define "tollgate.hasNativeSidecars" -}}
{{- if semverCompare ">=1.29.0-0" .root.Capabilities.KubeVersion.Version -}}true{{- end -}}
{{- end -}}

{{/*
An item of initContainers: the agent as native sidecar. Containers behind it start when its startup probe has passed, which
is the grant; it is stopped when they are gone, so that their last reports are sent.
*/}}
{{- define "tollgate.sidecar" -}}
{{- include "tollgate.validate" . -}}
{{- if not (include "tollgate.hasNativeSidecars" .) -}}
{{- fail (printf "[ERROR] Kubernetes %s has no native sidecars (1.29 has): use tollgate.initContainer and tollgate.classicSidecar there" .root.Capabilities.KubeVersion.Version) -}}
{{- end -}}
- name: tollgate
  restartPolicy: Always
  {{- include "tollgate.container" (merge (dict "arguments" (list "run") "state" true) .) | nindent 2 }}
  {{- include "tollgate.probes" (merge (dict "gate" true "readiness" (include "tollgate.mayUnready" .)) .) | nindent 2 }}
{{- end -}}

{{/* An item of containers, for Kubernetes before 1.29: the agent beside the product. It holds nothing back: put tollgate.initContainer before it. */}}
{{- define "tollgate.classicSidecar" -}}
{{- include "tollgate.validate" . -}}
- name: tollgate
  {{- include "tollgate.container" (merge (dict "arguments" (list "run") "state" true) .) | nindent 2 }}
  {{- include "tollgate.probes" (merge (dict "gate" false "readiness" true) .) | nindent 2 }}
{{- end -}}

{{/* An item of initContainers that ends with the grant: all that an hourly or monthly product needs; of a usage product only the gate. */}}
{{- define "tollgate.initContainer" -}}
{{- include "tollgate.validate" . -}}
- name: tollgate-gate
  {{- include "tollgate.container" (merge (dict "arguments" (list "register" "--wait") "state" false) .) | nindent 2 }}
{{- end -}}

{{/* How long the pod may take to stop: the product's own time ("app", seconds), then the agent's. */}}
{{- define "tollgate.terminationGracePeriodSeconds" -}}
{{- add (.app | default 0) (include "tollgate.seconds" (include "tollgate.setting" (merge (dict "path" "shutdown.grace" "otherwise" "25s") .))) 15 -}}
{{- end -}}
