// Package catalogue is the procedures: what the state may be asked for, with
// papers, time limit, fee, result and form.
//
// A procedure is a file of the pack and has versions. A draft or a dossier is
// pinned to the version that it was begun under; what is offered today is the
// version in force. What the sources do not say is shown as not known.
//
// It owns no table (the versions are the pack's) and records no event. It never
// decides about a dossier.
package catalogue
