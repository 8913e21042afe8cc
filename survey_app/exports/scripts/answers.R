# Reads the answers (.csv) with what the codebook (.codebook.csv) says about them. Needs R 3.5 or later, no packages.
#
#   source("NAME.R", encoding = "UTF-8", chdir = TRUE)
#
# gives you
#   answers   one row per response: factors with labels, numbers, dates; NA where there is no answer
#   reasons   the same rows and columns: why there is no answer (a factor), NA where there is one
#   codes     the values as they stand in the file, missing codes and all
#   codebook  one row per variable and value
# The label of a column is in attr(answers$x, "label"), the values of a scale with few labels in attr(answers$x, "labels").

stem <- "@STEM@"

read_texts <- function(path) {
  found <- read.csv(path, colClasses = "character", encoding = "UTF-8", check.names = FALSE, na.strings = character())
  names(found)[1] <- sub("^(\ufeff|\u00ef\u00bb\u00bf|X.U.FEFF.)", "", names(found)[1])
  found
}

# Texts that begin like a formula have one ' more in front in the file; it is not part of the answer.
without_guard <- function(texts) {
  risky <- c("=", "+", "-", "@", "\t", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
  guarded <- startsWith(texts, "'") & substr(sub("^'+", "", texts), 1, 1) %in% risky
  ifelse(guarded, substring(texts, 2), texts)
}

# NA for an empty cell; the rest stay texts, also when all are empty.
blank <- function(texts) replace(texts, texts == "", NA)

missing_reasons <- c("not_applicable", "not_reached", "empty", "refused", "unknown", "not_in_version")

read_column <- function(texts, about) {
  storage <- about$storage[1]
  reason <- factor(rep(NA_character_, length(texts)), levels = missing_reasons)
  if (storage == "text") {
    value <- blank(without_guard(texts))
  } else if (storage == "date") {
    value <- as.Date(blank(texts), format = "%Y-%m-%d")
  } else if (storage == "time") {
    value <- as.difftime(blank(texts), format = "%H:%M", units = "mins")
  } else {
    value <- as.numeric(texts)
    gone <- about[about$missing != "", ]
    place <- match(value, as.numeric(gone$value))
    reason <- factor(gone$missing[place], levels = missing_reasons)
    value[!is.na(place)] <- NA
    given <- about[about$missing == "" & about$value != "", ]
    if (nrow(given) > 0 && about$set[1] == "") {
      levels <- as.numeric(given$value)
      if (all(given$value_label != "") && all(value %in% c(levels, NA))) {
        value <- factor(value, levels = levels, labels = make.unique(given$value_label),
                        ordered = about$measure[1] == "ordinal")
      } else {
        worded <- given$value_label != ""
        attr(value, "labels") <- setNames(levels[worded], given$value_label[worded])
      }
    }
  }
  attr(value, "label") <- about$label[1]
  list(value = value, reason = reason)
}

codes <- read_texts(paste0(stem, ".csv"))
codebook <- read_texts(paste0(stem, ".codebook.csv"))
codebook[] <- lapply(codebook, without_guard)

columns <- lapply(names(codes), function(name) read_column(codes[[name]], codebook[codebook$variable == name, ]))
names(columns) <- names(codes)
answers <- data.frame(lapply(columns, function(one) one$value), check.names = FALSE, stringsAsFactors = FALSE)
reasons <- data.frame(lapply(columns, function(one) one$reason), check.names = FALSE)
for (name in names(codes)) {
  storage <- codebook$storage[codebook$variable == name][1]
  codes[[name]] <- if (storage == "number") as.numeric(codes[[name]]) else without_guard(codes[[name]])
  attr(answers[[name]], "label") <- codebook$label[codebook$variable == name][1]
}
rm(columns, name, storage)
