// What a fixture answers to one call: messages one after another, each after a pause.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <grpcpp/support/status.h>

#include "bw/tool_service/v1/tool_service.pb.h"
#include "common/json/json.h"

namespace bw::conformance {

struct Step {
  bw::tool_service::v1::CallToolResponse message;
  std::chrono::milliseconds pause{0};
};

/// The steps, then the status. A status other than OK means that no tool ran.
struct Answer {
  std::vector<Step> steps;
  grpc::Status status = grpc::Status::OK;
};

/// One step with one text block.
Answer TextAnswer(const std::string& text);
/// One step with a text block that says what went wrong.
Answer ErrorAnswer(const std::string& text);
/// One step with these blocks.
Answer ContentAnswer(const std::vector<bw::tool_service::v1::Content>& blocks);

bw::tool_service::v1::Content TextBlock(const std::string& text);
/// One red pixel, image/png.
bw::tool_service::v1::Content ImageBlock();
/// A millisecond of silence, audio/wav.
bw::tool_service::v1::Content AudioBlock();
bw::tool_service::v1::Content ResourceBlock(const std::string& uri, const std::string& mime_type,
                                            const std::string& text);

/// The bytes of the picture in ImageBlock.
std::string PngBytes();

/// An object; {} for anything else.
json::Json ParseObject(std::string_view text);

}  // namespace bw::conformance
