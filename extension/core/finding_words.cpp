#include "core/finding_words.hpp"

#include "core/number_words.hpp"

namespace pitstop {

std::string words_for(const HealthCheck &check, const Observation &observation)
{
    std::string words(check.title);
    if (!observation.subject.empty())
        words += ", " + observation.subject;
    const char *separator = ": ";
    if (observation.value) {
        words += separator + value_text(*observation.value, check.unit);
        separator = "; ";
    }
    if (!observation.note.empty())
        words += separator + observation.note;
    return words;
}

}  // namespace pitstop
