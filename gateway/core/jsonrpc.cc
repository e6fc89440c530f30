#include "gateway/core/jsonrpc.h"

#include <utility>

#include "common/status/status.h"

namespace bw::gateway {
namespace {

Malformed InvalidRequest(std::string message, std::optional<RequestId> id = std::nullopt) {
  return {MakeError(Fault::kInvalidRequest, "Invalid Request: " + std::move(message)),
          std::move(id)};
}

Element DecodeResponse(std::optional<RequestId> id, bool has_id, json::Json& object) {
  const auto result = object.find("result");
  const auto error = object.find("error");
  const bool has_result = result != object.end();
  if (has_result == (error != object.end())) {
    return InvalidRequest("a message has a method, a result or an error", std::move(id));
  }
  if (has_id ? !id : has_result) return InvalidRequest("id must be a string or an integer");
  json::Json& body = has_result ? *result : *error;
  if (!body.is_object()) {
    return InvalidRequest("a result or an error is an object", std::move(id));
  }
  Message message;
  message.kind = Message::Kind::kResponse;
  (has_result ? message.result : message.error) = std::move(body);
  message.id = std::move(id);
  return message;
}

Element DecodeElement(json::Json object) {
  if (!object.is_object()) return InvalidRequest("a message is an object");
  const json::Json* id_value = json::Find(object, "id");
  std::optional<RequestId> id;
  if (id_value != nullptr) id = ReadRequestId(*id_value);
  if (json::GetString(object, "jsonrpc") != "2.0") {
    return InvalidRequest("jsonrpc must be \"2.0\"", std::move(id));
  }
  const json::Json* method = json::Find(object, "method");
  if (method == nullptr) return DecodeResponse(std::move(id), id_value != nullptr, object);
  if (!method->is_string()) return InvalidRequest("method must be a string", std::move(id));
  if (id_value != nullptr && !id) {
    return InvalidRequest("id must be a string of at most " + std::to_string(kMaxIdBytes) +
                          " bytes or an integer");
  }
  Message message;
  message.kind = id ? Message::Kind::kRequest : Message::Kind::kNotification;
  message.method = method->get_ref<const std::string&>();
  if (message.method.size() > kMaxMethodBytes) {
    return InvalidRequest("method has more than " + std::to_string(kMaxMethodBytes) + " bytes",
                          std::move(id));
  }
  if (const auto params = object.find("params"); params != object.end()) {
    if (!params->is_object()) return InvalidRequest("params must be an object", std::move(id));
    message.params = std::move(*params);
  }
  message.id = std::move(id);
  return message;
}

}  // namespace

std::optional<RequestId> ReadRequestId(const json::Json& value) {
  if (value.is_number_integer()) return RequestId{json::Dump(value)};
  if (value.is_string() && value.get_ref<const std::string&>().size() <= kMaxIdBytes) {
    return RequestId{json::Dump(value)};
  }
  return std::nullopt;
}

Decoded Decode(std::string_view text, const DecodeLimits& limits) {
  Decoded decoded;
  auto document = json::Parse(text, {limits.max_bytes, limits.max_depth});
  if (!document.ok()) {
    std::string reason = "Parse error: " + std::string(bw::Message(document.status()));
    decoded.elements.push_back(
        Malformed{MakeError(Fault::kParse, std::move(reason)), std::nullopt});
    return decoded;
  }
  if (!document->is_array()) {
    decoded.elements.push_back(DecodeElement(*std::move(document)));
    return decoded;
  }
  if (document->empty() || document->size() > limits.max_batch) {
    decoded.elements.push_back(
        InvalidRequest("a batch holds 1 to " + std::to_string(limits.max_batch) + " messages"));
    return decoded;
  }
  decoded.batch = true;
  decoded.elements.reserve(document->size());
  for (json::Json& element : *document)
    decoded.elements.push_back(DecodeElement(std::move(element)));
  return decoded;
}

std::string EncodeResult(const RequestId& id, std::string_view result_json) {
  constexpr std::string_view kHead = R"({"jsonrpc":"2.0","id":)";
  constexpr std::string_view kResult = R"(,"result":)";
  std::string text;
  text.reserve(kHead.size() + id.json.size() + kResult.size() + result_json.size() + 1);
  text.append(kHead).append(id.json).append(kResult).append(result_json).append(1, '}');
  return text;
}

std::string EncodeError(const std::optional<RequestId>& id, const RpcError& error) {
  std::string text = R"({"jsonrpc":"2.0",)";
  if (id) text.append(R"("id":)").append(id->json).append(1, ',');
  text.append(R"("error":{"code":)").append(std::to_string(error.code));
  text.append(R"(,"message":)").append(Quote(error.message));
  if (!error.data_json.empty()) text.append(R"(,"data":)").append(error.data_json);
  text.append("}}");
  return text;
}

std::string EncodeRequest(const RequestId& id, std::string_view method,
                          std::string_view params_json) {
  std::string text = R"({"jsonrpc":"2.0","id":)" + id.json + R"(,"method":)" + Quote(method);
  if (!params_json.empty()) text.append(R"(,"params":)").append(params_json);
  return text + "}";
}

std::string EncodeNotification(std::string_view method, std::string_view params_json) {
  std::string text = R"({"jsonrpc":"2.0","method":)";
  text.append(Quote(method)).append(R"(,"params":)").append(params_json).append(1, '}');
  return text;
}

std::string Quote(std::string_view text) { return json::Dump(json::Json(text)); }

const json::Json* MetaOf(const json::Json& params) { return json::FindObject(params, "_meta"); }

}  // namespace bw::gateway
