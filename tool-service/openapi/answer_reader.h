// An API's answer as a tool's result.
#pragma once

#include <cstddef>
#include <string>

#include "tool-service/core/http_client.h"
#include "tool-service/core/tool.h"
#include "tool-service/openapi/input_plan.h"
#include "tool-service/openapi/operation.h"

namespace bw::tool_service {

struct AnswerLimits {
  /// Text beyond it is cut, and the cut is announced.
  std::size_t max_text_bytes = 256u << 10;
  /// Binary content beyond it is only described.
  std::size_t max_binary_bytes = 1u << 20;
  /// Elements, texts and attributes; XML that has more is returned as text.
  std::size_t max_xml_nodes = 500'000;
};

/// What is known beforehand about an operation's answers.
struct AnswerPlan {
  /// How XML is read (xml_schema.h).
  json::Json xml_schema = json::Json::object();
  /// What to do when a result had to be cut: which arguments ask for less.
  std::string narrowing;
  /// The operation changes nothing: being led elsewhere (307) means that the result is there.
  bool only_reads = true;
  /// The operation takes save_to.
  bool can_save = false;
  /// Where a secret stands that is what the operation is called for (IssuedSecret); empty: nowhere.
  std::string issued_secret;
  /// It is returned as it is.
  bool show_issued_secret = false;
  /// What is published of a success (output_schema.h); {} when nothing is.
  json::Json output_schema = json::Json::object();
};

/// The plan for an operation whose arguments are `input`.
AnswerPlan PlanAnswer(const Operation& operation, const InputPlan& input);

/// Any status gives a result. 2xx: the content, JSON objects and XML (turned into JSON) also as
/// structured content; files as an image, an audio or a resource block. Everything else, and a 2xx
/// whose body reports errors: is_error with the status, what it means and the next step. A redirect
/// to another host that was not followed: a link. Secrets are redacted. Where an output schema is
/// published, every result that is no error has structured content that fits it; of one that had to
/// be cut the lists are shortened, and its member `_cut` says how to get the rest.
ToolResult ReadAnswer(const HttpResponse& answer, const std::string& url,
                      const AnswerPlan& plan = {}, const AnswerLimits& limits = {});

/// Writes the secret at `pointer` of the JSON in `answer` to `path` and adds to `result`, which was
/// made of the answer, that it did. What cannot be saved makes it an error that says what to do.
/// Blocks for as long as the disk does.
ToolResult SaveIssuedSecret(ToolResult result, const HttpResponse& answer,
                            const std::string& pointer, const std::string& path);

/// True for a successful answer that holds a file and not text.
bool IsFile(const HttpResponse& answer);

/// Writes the file that `answer` holds to `path` (see SaveLocalFile) and says so; is_error when it
/// cannot be written. Blocks for as long as the disk does.
ToolResult SaveAnswer(const HttpResponse& answer, const std::string& path);

}  // namespace bw::tool_service
