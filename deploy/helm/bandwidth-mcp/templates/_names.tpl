{{/* Names and labels. Every definition with a component takes (dict "root" $ "component" "gateway"). */}}

{{- define "bandwidth-mcp.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 40 characters, so that the component's name still fits behind it. */}}
{{- define "bandwidth-mcp.fullname" -}}
{{- $name := include "bandwidth-mcp.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "bandwidth-mcp.componentName" -}}
{{- include "bandwidth-mcp.fullname" .root }}-{{ .component -}}
{{- end -}}

{{/* The name of a component's Service from anywhere in the cluster. */}}
{{- define "bandwidth-mcp.host" -}}
{{- include "bandwidth-mcp.componentName" . }}.{{ .root.Release.Namespace }}.svc.{{ .root.Values.clusterDomain -}}
{{- end -}}

{{- define "bandwidth-mcp.selectorLabels" -}}
app.kubernetes.io/name: {{ include "bandwidth-mcp.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "bandwidth-mcp.labels" -}}
{{ include "bandwidth-mcp.selectorLabels" . }}
app.kubernetes.io/part-of: bandwidth-mcp
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "bandwidth-mcp.image" -}}
{{- $image := .root.Values.image -}}
{{- with $image.registry }}{{ . }}/{{ end }}{{ $image.repository }}/{{ .component }}:{{ default .root.Chart.AppVersion $image.tag -}}
{{- end -}}

{{- define "bandwidth-mcp.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "bandwidth-mcp.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* Which Secret holds what. */}}
{{- define "bandwidth-mcp.credentialsSecret" -}}
{{- default (include "bandwidth-mcp.fullname" .) .Values.bandwidth.existingSecret -}}
{{- end -}}
{{- define "bandwidth-mcp.userSecret" -}}
{{- default (include "bandwidth-mcp.fullname" .) .Values.bandwidth.userSecret -}}
{{- end -}}
{{- define "bandwidth-mcp.callbacksSecret" -}}
{{- default (include "bandwidth-mcp.fullname" .) .Values.callbacks.existingSecret -}}
{{- end -}}
{{- define "bandwidth-mcp.mcpSecret" -}}
{{- default (include "bandwidth-mcp.fullname" .) .Values.mcp.existingSecret -}}
{{- end -}}

{{/* Where Bandwidth, or the sandbox, posts webhooks. */}}
{{- define "bandwidth-mcp.callbackUrl" -}}
{{- $inside := printf "http://%s:%v" (include "bandwidth-mcp.host" (dict "root" . "component" "callback-service")) .Values.callbackService.service.port -}}
{{- default $inside .Values.callbacks.publicUrl -}}
{{- end -}}
