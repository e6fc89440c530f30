{{/* What the schema cannot say about several values at once. */}}
{{- define "bandwidth-mcp.checks" -}}
{{- if and .Values.sandbox.enabled (or .Values.bandwidth.clientId .Values.bandwidth.existingSecret) -}}
{{- fail "sandbox.enabled and credentials of Bandwidth (bandwidth.clientId, bandwidth.existingSecret) exclude each other" -}}
{{- end -}}
{{- if ne (empty .Values.bandwidth.clientId) (empty .Values.bandwidth.clientSecret) -}}
{{- fail "bandwidth.clientId and bandwidth.clientSecret: set both or none" -}}
{{- end -}}
{{- if ne (empty .Values.bandwidth.username) (empty .Values.bandwidth.password) -}}
{{- fail "bandwidth.username and bandwidth.password: set both or none" -}}
{{- end -}}
{{- if ne (empty .Values.callbacks.username) (empty .Values.callbacks.password) -}}
{{- fail "callbacks.username and callbacks.password: set both or none" -}}
{{- end -}}
{{- if ne (empty .Values.mcp.oauth.issuer) (empty .Values.mcp.oauth.resourceUrl) -}}
{{- fail "mcp.oauth.issuer and mcp.oauth.resourceUrl: set both or none" -}}
{{- end -}}
{{- /* 25 s is the drain limit of the processes. */ -}}
{{- if lt (int .Values.shutdown.gracePeriodSeconds) (add .Values.shutdown.preStopSeconds 25 | int) -}}
{{- fail "shutdown.gracePeriodSeconds must leave 25 s after shutdown.preStopSeconds: callers on the line are answered in them" -}}
{{- end -}}
{{- end -}}
