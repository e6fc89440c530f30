{{/*
What every pod has in common. Each definition takes
(dict "root" $ "component" "gateway" "values" .Values.gateway "adminPort" 9101).
*/}}

{{- define "bandwidth-mcp.podMetadata" -}}
{{- $annotations := dict -}}
{{- if and .root.Values.metrics.annotations .adminPort -}}
{{- $annotations = dict "prometheus.io/scrape" "true" "prometheus.io/port" (toString .adminPort) "prometheus.io/path" "/metrics" -}}
{{- end -}}
{{- if has .component (list "gateway" "tool-service" "callback-service") -}}
{{/* Pods read secrets when they start: changed values must make new pods. Those that we made ourselves never change. */}}
{{- $inputs := list .root.Values.bandwidth .root.Values.callbacks .root.Values.mcp.authToken .root.Values.mcp.sessionKeys -}}
{{- $_ := set $annotations "checksum/secrets" ($inputs | toJson | sha256sum) -}}
{{- end -}}
labels:
  {{- include "bandwidth-mcp.labels" (dict "root" .root "component" .component) | nindent 2 }}
  {{- with .values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with merge (deepCopy .values.podAnnotations) $annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "bandwidth-mcp.podFields" -}}
serviceAccountName: {{ include "bandwidth-mcp.serviceAccountName" .root }}
automountServiceAccountToken: false
# Kubernetes would add variables named after Services, which can collide with our own BW_… ones.
enableServiceLinks: false
terminationGracePeriodSeconds: {{ .root.Values.shutdown.gracePeriodSeconds }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "bandwidth-mcp.containerFields" -}}
image: {{ include "bandwidth-mcp.image" . }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  {{- include "bandwidth-mcp.containerSecurity" . | nindent 2 }}
{{- with .root.Values.shutdown.preStopSeconds }}
lifecycle:
  preStop:
    exec:
      command: ["/usr/bin/sleep", {{ toString . | quote }}]
{{- end }}
{{- with .values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "bandwidth-mcp.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* The process runs; restarting it is the answer when this fails. Whether it can work is readiness' business. */}}
{{- define "bandwidth-mcp.liveness" -}}
livenessProbe:
  httpGet:
    path: /healthz
    port: admin
  periodSeconds: 10
  timeoutSeconds: 3
  failureThreshold: 3
{{- end -}}

{{/* (dict "name" "BW_X" "secret" "the Secret with a key of that name") */}}
{{- define "bandwidth-mcp.secretVariable" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .name }}
{{- end -}}

{{/* A list of maps from variable to value; a later map wins. */}}
{{- define "bandwidth-mcp.variables" -}}
{{- $all := dict -}}
{{- range . }}{{ range $name, $value := . }}{{ $_ := set $all $name $value }}{{ end }}{{ end -}}
{{- range $name, $value := $all }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{/* Basic credentials of webhooks, for both ends of them. */}}
{{- define "bandwidth-mcp.callbackCredentials" -}}
{{- if or .Values.callbacks.existingSecret .Values.callbacks.username }}
{{- range list "BW_CALLBACK_USERNAME" "BW_CALLBACK_PASSWORD" }}
{{ include "bandwidth-mcp.secretVariable" (dict "name" . "secret" (include "bandwidth-mcp.callbacksSecret" $)) }}
{{- end }}
{{- end }}
{{- end -}}
