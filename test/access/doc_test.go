// Package access walks every route of the program as everybody there is, and
// holds what each is answered to one table.
package access
